"""What everybody may read; built when something is published, served as bytes."""
