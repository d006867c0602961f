"""What holds for all tests: what they start inherits nothing from who started them."""

import signal

# A run that was put into the background ignores Ctrl-C and hang-ups, and so would every program that is started here:
# tests that send these signals would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)
