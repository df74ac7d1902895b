import Testing

@Test("placeholder") func placeholderPlanhatSandboxTests() {}
