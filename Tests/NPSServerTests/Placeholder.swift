import Testing

@Test("placeholder") func placeholderNPSServerTests() {}
