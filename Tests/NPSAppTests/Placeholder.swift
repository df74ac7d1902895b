import Testing

@Test("placeholder") func placeholderNPSAppTests() {}
