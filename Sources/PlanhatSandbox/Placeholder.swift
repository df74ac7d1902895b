enum PlanhatSandboxPlaceholder {}
