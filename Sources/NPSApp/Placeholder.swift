enum NPSAppPlaceholder {}
