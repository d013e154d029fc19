"""The guards that come with the package, and how they find credentials in a request."""
