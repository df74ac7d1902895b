import Testing

@Test("placeholder") func placeholderNPSDeliveryTests() {}
