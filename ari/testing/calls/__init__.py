"""What is done with channels: dialling, Stasis applications, playbacks, recordings."""
