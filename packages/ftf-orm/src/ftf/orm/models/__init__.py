"""The declarative base of models, and what they can be mixed with."""
