"""The commands of the blog, a file each."""
