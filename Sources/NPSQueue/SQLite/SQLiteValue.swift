import Foundation
import GRDBSQLite

/// What a statement gets for one of its placeholders.
enum SQLiteValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case blob(Data)
    /// 16 bytes, the most significant first.
    case bits(UInt128)

    /// - Parameter index: counts from 1. The value is copied.
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        switch self {
        case .null:
            return sqlite3_bind_null(statement, index)
        case .integer(let number):
            return sqlite3_bind_int64(statement, index, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
                // A null pointer would bind NULL.
                guard let start else { return sqlite3_bind_text(statement, index, "", 0, Self.copied) }
                return sqlite3_bind_text64(
                    statement,
                    index,
                    start,
                    sqlite3_uint64(bytes.count),
                    Self.copied,
                    UInt8(SQLITE_UTF8)
                )
            }
        case .blob(let data):
            return data.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return sqlite3_bind_zeroblob(statement, index, 0) }
                return sqlite3_bind_blob64(statement, index, start, sqlite3_uint64(bytes.count), Self.copied)
            }
        case .bits(let bits):
            return withUnsafeBytes(of: bits.bigEndian) { bytes in
                sqlite3_bind_blob64(statement, index, bytes.baseAddress, sqlite3_uint64(bytes.count), Self.copied)
            }
        }
    }

    /// `SQLITE_TRANSIENT`, a macro of C that Swift doesn't import: SQLite makes its own copy.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// What can be written to a column.
protocol SQLiteWritable {
    var sqliteValue: SQLiteValue { get }
}

/// What can be read from a column.
protocol SQLiteReadable {
    /// Nil where the column has no such value.
    ///
    /// - Parameters:
    ///   - statement: one that has just made a row.
    ///   - index: counts from 0.
    init?(_ statement: OpaquePointer, _ index: CInt)
}

extension Int64: SQLiteWritable, SQLiteReadable {
    var sqliteValue: SQLiteValue { .integer(self) }

    init?(_ statement: OpaquePointer, _ index: CInt) {
        guard sqlite3_column_type(statement, index) == SQLITE_INTEGER else { return nil }
        self = sqlite3_column_int64(statement, index)
    }
}

extension Int: SQLiteWritable, SQLiteReadable {
    var sqliteValue: SQLiteValue { .integer(Int64(self)) }

    init?(_ statement: OpaquePointer, _ index: CInt) {
        guard let number = Int64(statement, index) else { return nil }
        self.init(number)
    }
}

extension Bool: SQLiteWritable, SQLiteReadable {
    var sqliteValue: SQLiteValue { .integer(self ? 1 : 0) }

    init?(_ statement: OpaquePointer, _ index: CInt) {
        guard let number = Int64(statement, index) else { return nil }
        self = number != 0
    }
}

extension String: SQLiteWritable, SQLiteReadable {
    var sqliteValue: SQLiteValue { .text(self) }

    init?(_ statement: OpaquePointer, _ index: CInt) {
        guard
            sqlite3_column_type(statement, index) == SQLITE_TEXT,
            let start = sqlite3_column_text(statement, index)
        else { return nil }
        let count = Int(sqlite3_column_bytes(statement, index))
        self.init(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}

extension Data: SQLiteWritable, SQLiteReadable {
    var sqliteValue: SQLiteValue { .blob(self) }

    init?(_ statement: OpaquePointer, _ index: CInt) {
        guard sqlite3_column_type(statement, index) == SQLITE_BLOB else { return nil }
        let count = Int(sqlite3_column_bytes(statement, index))
        guard let start = sqlite3_column_blob(statement, index) else {
            self.init()
            return
        }
        self.init(bytes: start, count: count)
    }
}

extension UInt128: SQLiteWritable, SQLiteReadable {
    var sqliteValue: SQLiteValue { .bits(self) }

    init?(_ statement: OpaquePointer, _ index: CInt) {
        guard
            sqlite3_column_type(statement, index) == SQLITE_BLOB,
            sqlite3_column_bytes(statement, index) == 16,
            let start = sqlite3_column_blob(statement, index)
        else { return nil }
        self.init(bigEndian: start.loadUnaligned(as: UInt128.self))
    }
}

extension Optional: SQLiteWritable where Wrapped: SQLiteWritable {
    var sqliteValue: SQLiteValue { map(\.sqliteValue) ?? .null }
}

/// NULL is nil; a value of another kind is none of either.
extension Optional: SQLiteReadable where Wrapped: SQLiteReadable {
    init?(_ statement: OpaquePointer, _ index: CInt) {
        if sqlite3_column_type(statement, index) == SQLITE_NULL {
            self = .none
        } else {
            guard let value = Wrapped(statement, index) else { return nil }
            self = .some(value)
        }
    }
}

extension SQLiteWritable where Self: RawRepresentable, RawValue: SQLiteWritable {
    var sqliteValue: SQLiteValue { rawValue.sqliteValue }
}

extension Milliseconds: SQLiteWritable, SQLiteReadable {
    init?(_ statement: OpaquePointer, _ index: CInt) {
        guard let number = Int64(statement, index) else { return nil }
        self.init(rawValue: number)
    }
}

extension KeyedDigest: SQLiteWritable, SQLiteReadable {
    init?(_ statement: OpaquePointer, _ index: CInt) {
        guard let bits = UInt128(statement, index) else { return nil }
        self.init(rawValue: bits)
    }
}
