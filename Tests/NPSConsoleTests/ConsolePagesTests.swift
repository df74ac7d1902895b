import NPSConsole
import Testing

@Suite("pages of the console")
struct ConsolePagesTests {}
