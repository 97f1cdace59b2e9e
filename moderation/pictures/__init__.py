"""Pictures before anybody sees them: checked, approved by hash, consented to."""
