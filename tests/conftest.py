"""What holds for all tests: no luck, no clock, and what they start inherits nothing from who started them."""

import signal

from hypothesis import HealthCheck, settings

# The same examples each time, and no clock: what a property says does not hang on how busy the machine is.
settings.register_profile("forum", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("forum")

# A run that was put into the background ignores Ctrl-C and hang-ups, and so would every program that is started here:
# tests that send these signals would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)
