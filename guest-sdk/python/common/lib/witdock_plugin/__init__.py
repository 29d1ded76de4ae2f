"""The part of the SDK that all plugins in Python use, whatever their interface."""
