"""Links in mails: to set a new password, and to show that mail arrives."""
