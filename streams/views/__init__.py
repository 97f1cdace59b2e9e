"""The pages of streams: what is on, the plan, the stage, the desk, the house seats."""
