"""Conduit, the RealWorld back end: articles, comments, favourites and feeds."""
