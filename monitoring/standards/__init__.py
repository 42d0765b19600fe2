"""Themes and the provisions of law that questions and findings rest on."""
