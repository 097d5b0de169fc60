"""What every test shares: hypothesis measures no time, tests keep to loopback."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A deadline would make every property a timed test on a busy machine.
settings.register_profile("quiet", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("quiet")
