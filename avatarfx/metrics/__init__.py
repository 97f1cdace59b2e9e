"""What rendering costs and how it goes: for Prometheus, and as plots backstage."""
