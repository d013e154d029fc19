"""Requests that wrote rows without having asked whether the user may."""
