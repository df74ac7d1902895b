import Testing

@Test("placeholder") func placeholderPlanhatAPITests() {}
