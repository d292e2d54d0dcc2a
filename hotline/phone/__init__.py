"""The practice phone: behaves towards a voice webhook as the carrier does, and refuses what the carrier refuses."""
