"""What the superior committees follow: read-only over exactly their sub-tree, and every look leaves a trace."""
