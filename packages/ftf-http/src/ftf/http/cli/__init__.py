"""The commands of ftf-http, a file each."""
