// Writes fixtures/hdf5/: files whose values lie in other places or files, which Hdf5File refuses.
//   cc tests/parity/hdf5_files.c $(pkg-config --cflags --libs hdf5) -o hdf5_files
//   cd tests/parity/fixtures/hdf5 && hdf5_files
#include <hdf5.h>

static const float kValues[4] = {1, 2, 3, 4};
static const hsize_t kSize[1] = {4};

static hid_t new_file(const char* name) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);  // the smallest
  return H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, access);
}

static void add_dataset(hid_t file, const char* name, hid_t creation, int with_values) {
  const hid_t space = H5Screate_simple(1, kSize, NULL);
  const hid_t set = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  if (with_values) H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, kValues);
  H5Dclose(set);
}

int main(void) {
  hid_t file = new_file("external_link.h5");
  H5Lcreate_external("/etc/other.h5", "/secret", file, "weights", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(file);

  file = new_file("soft_link.h5");
  add_dataset(file, "a", H5P_DEFAULT, 1);
  H5Lcreate_soft("/a", file, "weights", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(file);

  file = new_file("hard_link.h5");
  add_dataset(file, "a", H5P_DEFAULT, 1);
  H5Lcreate_hard(file, "/a", file, "weights", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(file);

  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(creation, "/etc/passwd", 0, 16);
  file = new_file("external_storage.h5");
  add_dataset(file, "weights", creation, 0);
  H5Fclose(file);

  const hid_t space = H5Screate_simple(1, kSize, NULL);
  creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_virtual(creation, space, "/etc/other.h5", "/secret", space);
  file = H5Fcreate("virtual_dataset.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  add_dataset(file, "weights", creation, 0);
  H5Fclose(file);
  return 0;
}
