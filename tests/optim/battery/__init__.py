"""Every rule and every wrapper through the same tests."""
