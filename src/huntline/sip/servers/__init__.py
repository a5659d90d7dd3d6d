"""What phones ask of us outside calls: REGISTER, PUBLISH, and who they are."""
