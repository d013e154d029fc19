"""Ready routes: login, tokens, the list of logins, registration, and links in mails."""
