"""The declarative base of models, their mixins, and their mapper events."""
