"""The trend page: up to twelve points over any span of time, with what happened meanwhile."""
