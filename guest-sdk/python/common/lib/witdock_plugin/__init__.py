"""What plugins in Python share, whatever interface they are for."""
