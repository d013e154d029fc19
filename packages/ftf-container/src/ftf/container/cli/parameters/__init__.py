"""How the parameters of commands are declared, and read from the command line."""
