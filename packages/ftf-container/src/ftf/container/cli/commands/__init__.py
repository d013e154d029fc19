"""The commands of ftf-container, a file each."""
