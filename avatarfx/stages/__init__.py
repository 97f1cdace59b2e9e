"""The stages of a render, one file each: a function from Work to Work."""
