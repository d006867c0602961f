"""What people look at: a finished report, and the views that choose words and colours for it."""
