"""How the layers are built, from the registries' own packages."""
