"""The launch content: cast, art, duets, scenes, cues, backgrounds. Data, and its readers."""
