"""What should happen: the scenario language, from YAML to `Scenario`."""
