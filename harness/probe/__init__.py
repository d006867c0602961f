"""What the harness finds out about a submission by talking to it: experiments, what they teach, what hinders."""
