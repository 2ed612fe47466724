using System.Runtime.InteropServices;
using SQLitePCL;

namespace Sluice.Storage;

/// <summary>
/// The file of a database, through the handle that SQLite has on it: closing one of our own would end the locks that SQLite
/// holds. Shapes and numbers are those of sqlite3.h, which do not change.
/// </summary>
internal static unsafe partial class DatabaseFile
{
    /// <summary>The library that SQLitePCLRaw brings.</summary>
    public const string Library = "e_sqlite3";

    private const int FilePointer = 7;
    private const int SyncNormal = 2;

    /// <summary>What was written to the database until now is on the disk when this returns; false when it may not be.</summary>
    public static bool TrySync(sqlite3 database)
    {
        NativeFile* file = null;
        fixed (byte* main = "main\0"u8)
        {
            return FileControl(database, main, FilePointer, &file) == raw.SQLITE_OK && file->Methods->Sync(file, SyncNormal) == raw.SQLITE_OK;
        }
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_file_control")]
    private static partial int FileControl(sqlite3 database, byte* name, int what, void* answer);

    [StructLayout(LayoutKind.Sequential)]
    private struct NativeFile
    {
        public NativeMethods* Methods;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct NativeMethods
    {
        public int Version;
        public delegate* unmanaged[Cdecl]<NativeFile*, int> Close;
        public delegate* unmanaged[Cdecl]<NativeFile*, void*, int, long, int> Read;
        public delegate* unmanaged[Cdecl]<NativeFile*, void*, int, long, int> Write;
        public delegate* unmanaged[Cdecl]<NativeFile*, long, int> Truncate;
        public delegate* unmanaged[Cdecl]<NativeFile*, int, int> Sync;
    }
}
