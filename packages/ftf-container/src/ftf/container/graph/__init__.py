"""Which service needs which."""
