"""What is registered: bindings, how their factories work, and the parameters those ask for."""
