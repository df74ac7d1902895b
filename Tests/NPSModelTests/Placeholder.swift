import Testing

@Test("placeholder") func placeholderNPSModelTests() {}
