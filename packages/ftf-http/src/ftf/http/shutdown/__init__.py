"""What happens after the last one."""
