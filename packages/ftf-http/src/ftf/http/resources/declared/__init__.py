"""What the classes of resource controllers declare, checked before a request."""
