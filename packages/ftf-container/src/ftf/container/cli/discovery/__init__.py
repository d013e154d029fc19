"""How the command line finds the project, its application and the commands."""
