"""How a plan reads the parameters and the body of a request."""
