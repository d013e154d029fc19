"""How jobs are stored: their envelope, and their fields as JSON."""
