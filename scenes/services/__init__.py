"""The only writers of scenes and plays."""
